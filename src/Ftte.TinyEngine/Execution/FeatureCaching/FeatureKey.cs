using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ftte.TinyEngine.Execution;

/// <summary>Computes the key of the features of a frozen prefix: a hash of all data that determines them, except the example.</summary>
internal static unsafe class FeatureKey
{
    public const int Bytes = SHA256.HashSizeInBytes;

    // Another version of the engine may round differently, and so may another build of the same version.
    private static readonly string Version = $"{typeof(FeatureKey).Assembly.GetName().Version} {typeof(FeatureKey).Module.ModuleVersionId}";

    /// <summary>Computes the key: the engine's version, the definition of every operation of the prefix, the stored values, and the values of all parameters.</summary>
    public static void Compute(FrozenPrefix prefix, TrainingPass pass, IncrementalHash hash, Span<byte> key)
    {
        Network network = prefix.Network;
        Operation[] operations = network.Operations[..prefix.Cut];
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', [
            Version,
            .. operations.Select(o => o.Definition),
            .. network.Values.Where(v => v.FirstStep < prefix.Cut && v.LastStep >= prefix.Cut).Select(v => $"{v.Index}"),
        ])));
        Span<float> values = stackalloc float[256];
        foreach (ParameterBlock block in operations.SelectMany(o => o.Parameters))
        {
            for (int at = block.Range.Start; at < block.Range.End; at += values.Length)
            {
                Span<float> some = values[..Math.Min(values.Length, block.Range.End - at)];
                pass.Frozen.CopyHeld(at, some);
                Overlay(prefix.Selection, pass.Trained, at, some);
                hash.AppendData(MemoryMarshal.AsBytes(some));
            }
        }

        hash.GetHashAndReset(key);
    }

    /// <summary>Replaces the values that are read from the trained vector. Running statistics of the prefix can be selected, although no gradient reaches them.</summary>
    private static void Overlay(ParameterSelection selection, float* trained, int start, Span<float> values)
    {
        int packed = 0;
        foreach (ParameterRange range in selection.Ranges)
        {
            int first = Math.Max(range.Start, start), end = Math.Min(range.End, start + values.Length);
            if (first < end)
            {
                new ReadOnlySpan<float>(trained + packed + (first - range.Start), end - first).CopyTo(values[(first - start)..]);
            }

            packed += range.Length;
        }
    }
}
