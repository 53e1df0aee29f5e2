namespace Ftte.TinyEngine;

/// <summary>Defines the value types of safetensors files and their sizes.</summary>
internal static class SafetensorsType
{
    public const string Float32 = "F32";
    public const string BFloat16 = "BF16";
    public const string Float16 = "F16";

    private static readonly (string Name, int Bytes)[] All =
    [
        (Float32, 4), (BFloat16, 2), (Float16, 2), ("I64", 8), ("F64", 8), ("U64", 8), ("C64", 8), ("I32", 4), ("U32", 4), ("I16", 2), ("U16", 2),
        ("I8", 1), ("U8", 1), ("BOOL", 1), ("F8_E4M3", 1), ("F8_E5M2", 1), ("F8_E8M0", 1),
    ];

    /// <summary>Finds a type by its name, without a copy of the name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="bytes">Receives the bytes per value; 0 if the type is unknown.</param>
    /// <returns>The name of the type; empty if the type is unknown.</returns>
    public static string Find(ref readonly System.Text.Json.Utf8JsonReader name, out int bytes)
    {
        foreach ((string known, int size) in All)
        {
            if (name.ValueTextEquals(known))
            {
                bytes = size;
                return known;
            }
        }

        bytes = 0;
        return "";
    }
}
