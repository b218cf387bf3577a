"""What the faces of a server keep, and the work they do: people, books, jobs, audit. No HTTP here."""
