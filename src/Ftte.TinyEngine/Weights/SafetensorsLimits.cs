namespace Ftte.TinyEngine;

/// <summary>Defines the limits of the safetensors reader and writer, far beyond any model for a device. The format itself limits only the header.</summary>
internal static class SafetensorsLimits
{
    /// <summary>The length of the header's own length.</summary>
    public const int PrefixBytes = sizeof(ulong);

    public const int MaxHeaderBytes = 16 << 20;
    public const int MaxTensors = 1 << 16;
    public const int MaxMetadata = 1 << 12;
    public const int MaxDimensions = 8;
    public const int MaxNameBytes = 1024;
    public const int MaxTypeBytes = 64;

    /// <summary>The name that stands for the file's own notes and for no tensor.</summary>
    public const string Metadata = "__metadata__";
}
