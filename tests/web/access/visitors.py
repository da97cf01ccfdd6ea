"""The seven kinds of visitors, and rows that many routes share."""

VISITORS = ("anonymous", "ada", "ben", "olga", "nils", "tess", "ivo")

# Status for anonymous, student A (the owner), student B, an instructor of another
# course, somebody without a course, TA and instructor. 302 leads to the sign-in page.
EVERYBODY = (200,) * 7
SIGNED_IN = (302, 200, 200, 200, 200, 200, 200)
MEMBERS = (302, 200, 200, 404, 404, 200, 200)
STAFF = (302, 403, 403, 404, 404, 200, 200)
INSTRUCTORS = (302, 403, 403, 404, 404, 403, 200)
OWNER_AND_STAFF = (302, 200, 404, 404, 404, 200, 200)
