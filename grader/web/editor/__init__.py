"""Pages where instructors write an assignment, try it out and publish it."""
