"""Write the seccomp profile anew: ``python -m worker.jail.profiles``."""

from worker.jail.profiles import SECCOMP
from worker.jail.profiles.seccomp_profile import text

if __name__ == "__main__":
    SECCOMP.write_text(text(), encoding="utf-8")
