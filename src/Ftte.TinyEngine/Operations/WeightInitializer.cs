namespace Ftte.TinyEngine;

/// <summary>Initializes weights.</summary>
internal static class WeightInitializer
{
    /// <summary>Draws weights uniformly with variance 2 / inputs if a ReLU follows and 1 / inputs otherwise.</summary>
    public static void Draw(Span<float> parameters, ParameterRange range, ulong seed, int inputs, Value output)
    {
        float bound = MathF.Sqrt((LeadsToRelu(output) ? 6f : 3f) / inputs);
        for (int j = range.Start; j < range.End; j++)
        {
            parameters[j] = bound * ((2 * SplitMix64.UniformAt(seed, (ulong)j)) - 1);
        }
    }

    /// <summary>Determines whether the values go through a ReLU next, with or without a normalization before it.</summary>
    private static bool LeadsToRelu(Value value) => value.Consumers is [var only]
        && (only is MaskedActivation || (only is BatchNorm or GroupNorm && LeadsToRelu(only.Output)));
}
