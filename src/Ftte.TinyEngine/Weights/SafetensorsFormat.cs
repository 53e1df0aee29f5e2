namespace Ftte.TinyEngine;

/// <summary>Specifies how values are written to a safetensors file.</summary>
public enum SafetensorsFormat
{
    /// <summary>Four bytes per value, exact.</summary>
    Float32,

    /// <summary>Two bytes per value: the upper half of a float32, rounded to the nearest, ties to even. NaN stays NaN.</summary>
    BFloat16,
}
