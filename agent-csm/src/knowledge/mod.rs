//! What a CSM knows: the files of knowledge/, with a workspace's overrides.
