namespace Ftte.TinyEngine;

/// <summary>Specifies a part of CIFAR-10.</summary>
public enum CifarPart
{
    /// <summary>The 50,000 training images, in five files.</summary>
    Train,

    /// <summary>The 10,000 test images, in one file.</summary>
    Test,
}
