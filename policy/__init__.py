"""The CrossGuard pack: pure rules about AWS resources, one SDK policy for each control of the catalogue."""
