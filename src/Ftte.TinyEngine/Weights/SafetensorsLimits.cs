namespace Ftte.TinyEngine;

/// <summary>Defines the limits of the safetensors reader and writer, far above the size of any model for a device. The format itself limits only the header.</summary>
internal static class SafetensorsLimits
{
    /// <summary>The size of the length field before the header, in bytes.</summary>
    public const int PrefixBytes = sizeof(ulong);

    public const int MaxHeaderBytes = 16 << 20;
    public const int MaxTensors = 1 << 16;
    public const int MaxMetadata = 1 << 12;
    public const int MaxDimensions = 8;
    public const int MaxNameBytes = 1024;
    public const int MaxTypeBytes = 64;

    /// <summary>The reserved name of the metadata, which is not a tensor.</summary>
    public const string Metadata = "__metadata__";
}
