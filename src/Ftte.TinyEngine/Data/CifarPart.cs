namespace Ftte.TinyEngine;

/// <summary>One of the two parts in which CIFAR-10 is published.</summary>
public enum CifarPart
{
    /// <summary>The 50,000 images to train with, in five files.</summary>
    Train,

    /// <summary>The 10,000 images to test with, in one file.</summary>
    Test,
}
