using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Represents a synthetic classification problem: the template of a class, a fainter second template, and noise. Examples are computed when they are read, so they take no memory.</summary>
/// <param name="templates">The templates.</param>
/// <param name="shape">The shape of an example.</param>
/// <param name="count">The number of examples.</param>
/// <param name="seed">The seed.</param>
internal sealed class GeneratedExamples(ClassTemplates templates, ImageShape shape, int count, ulong seed) : IExampleSource
{
    private const float MinStrength = 0.5f;
    private const float MaxDistraction = 0.7f;
    private const float Noise = 1.2f; // uniform in [-1.2, 1.2]: a deviation of 0.7

    public int Count => count;

    public int InputLength => shape.Count;

    public int CopyTo(int index, Span<float> input)
    {
        ulong own = CounterRandom.At(seed, (ulong)index);
        int label = index % templates.Count;
        int other = (int)(CounterRandom.At(own, 0) % (ulong)templates.Count);
        float strength = MinStrength + ((1 - MinStrength) * CounterRandom.UniformAt(own, 1));
        float distraction = MaxDistraction * strength * CounterRandom.UniformAt(own, 2);
        ReadOnlySpan<float> picture = templates[label], distractor = templates[other];
        ulong noise = CounterRandom.At(own, 3), bits = 0;
        for (int i = 0; i < input.Length; i++)
        {
            bits = i % 4 == 0 ? CounterRandom.At(noise, (ulong)i) : bits >> 16; // 16 bits for each value
            float uniform = (((bits & 0xFFFF) + 0.5f) * (2f / 65536)) - 1;
            input[i] = (strength * picture[i]) + (distraction * distractor[i]) + (Noise * uniform);
        }

        return label;
    }
}
