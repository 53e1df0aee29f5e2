namespace Ftte.TinyEngine;

/// <summary>What the safetensors reader accepts and the writer keeps to, far beyond any model for a device. The format itself limits only the header.</summary>
internal static class SafetensorsLimits
{
    /// <summary>The length of the header's own length.</summary>
    public const int PrefixBytes = sizeof(ulong);

    public const int MostHeaderBytes = 16 << 20;
    public const int MostTensors = 1 << 16;
    public const int MostMetadata = 1 << 12;
    public const int MostDimensions = 8;
    public const int MostNameBytes = 1024;
    public const int MostTypeBytes = 64;

    /// <summary>The name that stands for the file's own notes and for no tensor.</summary>
    public const string Metadata = "__metadata__";
}
