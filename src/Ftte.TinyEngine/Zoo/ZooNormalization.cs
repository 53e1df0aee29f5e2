namespace Ftte.TinyEngine;

/// <summary>Adds the normalization layers of networks of the zoo.</summary>
internal static class ZooNormalization
{
    private const int MaxGroups = 8, MinGroupSize = 4;

    /// <summary>Adds a normalization layer.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the layer with batch normalization, such as <c>bn1</c>; with group normalization, <c>gn</c> replaces <c>bn</c>.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The builder.</returns>
    public static NetworkBuilder Normalize(this NetworkBuilder builder, string name, NormalizationKind kind)
    {
        if (kind == NormalizationKind.Batch)
        {
            return builder.BatchNorm(name);
        }

        int channels = builder.Shape.Channels;
        int groups = MaxGroups;
        while (groups > 1 && (channels % groups != 0 || channels / groups < MinGroupSize))
        {
            groups /= 2;
        }

        return builder.GroupNorm(name.Replace("bn", "gn", StringComparison.Ordinal), groups);
    }
}
