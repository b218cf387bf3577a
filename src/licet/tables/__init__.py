"""Tables of facts that belong to the law: destinations and the control list, dated row by row."""
