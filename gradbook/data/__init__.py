"""The course's image data sets: CIFAR-10 once it is downloaded, Shapes-10 until then."""
