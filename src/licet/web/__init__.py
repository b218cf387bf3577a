"""The web application: pages made on the server, each an address that can be kept, printed and shared."""
