"""The whole service on one machine: an AWS emulator that runs the template you deploy."""
