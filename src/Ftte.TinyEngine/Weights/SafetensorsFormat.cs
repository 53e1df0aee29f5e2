namespace Ftte.TinyEngine;

/// <summary>Specifies the format of values in a safetensors file.</summary>
public enum SafetensorsFormat
{
    /// <summary>Four bytes per value, exact.</summary>
    Float32,

    /// <summary>Two bytes per value: bfloat16, the upper half of a float32, rounded to nearest, ties to even. NaN stays NaN.</summary>
    BFloat16,
}
