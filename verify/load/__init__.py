"""Load through the front door of the local stack, with faults and kills in between; nothing may be lost or doubled."""
