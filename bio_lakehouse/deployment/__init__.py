"""The lake on AWS: its CloudFormation stacks, and the code that they run."""
