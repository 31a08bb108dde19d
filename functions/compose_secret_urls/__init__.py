"""Keep the connection URLs that services read in step with the passwords that AWS keeps."""
