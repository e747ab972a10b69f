"""Migration: data of earlier versions becomes that of the present one."""
