namespace Ftte.TinyEngine;

/// <summary>Specifies the format of frozen parameters in memory.</summary>
public enum FrozenFormat
{
    /// <summary>Unchanged, 4 bytes each; read in place.</summary>
    Float32,

    /// <summary>Rounded to bfloat16, 2 bytes each.</summary>
    BFloat16,

    /// <summary>Rounded to 8 bits with one scale per output channel; about 1 byte each. Vectors, such as biases, stay float32.</summary>
    Int8,
}
