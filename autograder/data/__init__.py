"""The course's pictures: CIFAR-10 once it is downloaded, Shapes-10 until then."""
