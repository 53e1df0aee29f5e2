using System.Globalization;
using System.Text;

namespace Ftte.Recorder;

/// <summary>Where every number that a run starts from comes from: a name, an index and SplitMix64.</summary>
internal static class Formulas
{
    /// <summary>64-bit FNV-1a of a name's UTF-8 bytes.</summary>
    public static ulong Seed(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return hash;
    }

    /// <summary>A tensor's start, in torch's own order.</summary>
    public static float[] Start(string model, string name, string kind, long[] shape, double weightScale)
    {
        long count = shape.Aggregate(1L, (a, b) => a * b);
        (float centre, float spread) = kind switch
        {
            "bn.weight" => (1f, 0.2f),
            "bn.bias" or "bn.running_mean" => (0f, 0.1f),
            "bn.running_var" => (1f, 0.3f),
            "conv.bias" or "linear.bias" => (0f, 0.1f),
            _ => (0f, (float)(weightScale * Math.Sqrt(6.0 / (count / shape[0])))),
        };
        ulong seed = Seed($"{model}/{name}");
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = centre + (spread * Symmetric(seed, i));
        }

        return values;
    }

    /// <summary>A step's inputs, example after example, each in torch's order (channel, row, column).</summary>
    public static float[] Inputs(string model, int step, int batch, int length)
    {
        float[] values = new float[batch * length];
        for (int n = 0; n < batch; n++)
        {
            ulong seed = Seed($"{model}/input/{step}/{n}");
            for (int i = 0; i < length; i++)
            {
                values[(n * length) + i] = Symmetric(seed, i);
            }
        }

        return values;
    }

    public static long[] Labels(string model, int step, int batch, int classes)
    {
        ulong seed = Seed($"{model}/label/{step}");
        return [.. Enumerable.Range(0, batch).Select(n => (long)(At(seed, (ulong)n) % (ulong)classes))];
    }

    /// <summary>One coordinate from each of <paramref name="samples"/> equal parts of a tensor; not at the same place in each, which could be the same channel.</summary>
    public static int[] Samples(string model, string name, int count, int samples)
    {
        ulong seed = Seed($"{model}/sample/{name}");
        return [.. Enumerable.Range(0, samples).Select(i => Part(i) + (int)(At(seed, (ulong)i) % (ulong)(Part(i + 1) - Part(i))))];

        int Part(int i) => (int)((long)i * count / samples);
    }

    /// <summary>FNV-1a over the bits of values, 32 bits at a time.</summary>
    public static string Checksum(ReadOnlySpan<float> values)
    {
        ulong hash = 14695981039346656037;
        foreach (float value in values)
        {
            hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211;
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>A value in [-1, 1); exact, so that only its scaling rounds.</summary>
    private static float Symmetric(ulong seed, int index) => (2 * ((At(seed, (ulong)index) >> 40) * (1f / (1 << 24)))) - 1;

    private static ulong At(ulong seed, ulong index)
    {
        ulong z = seed + ((index + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
