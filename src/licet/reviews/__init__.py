"""Reviews: screening against lists on a day, what persons decided about pairs, and what has changed since."""
