"""Pages about one's own account: nobody ever sees another person's here."""
