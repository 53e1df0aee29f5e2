using System.Globalization;

namespace Ftte.TinyEngine.Tests;

internal static class TestData
{
    /// <summary>Values in [-1, 1).</summary>
    public static float[] Values(int count, ulong seed) =>
        [.. Enumerable.Range(0, count).Select(i => (2 * SplitMix64.UniformAt(seed, (ulong)i)) - 1)];

    public static float[][] Rows(int count, int length, ulong seed) =>
        [.. Enumerable.Range(0, count).Select(n => Values(length, SplitMix64.At(seed, (ulong)n)))];

    public static int[] Labels(int count, int classes, ulong seed) =>
        [.. Enumerable.Range(0, count).Select(n => (int)(SplitMix64.At(seed, (ulong)n) % (ulong)classes))];

    public static ArrayExamples Examples(float[][] rows, int[] labels) => new(rows.SelectMany(r => r).ToArray(), labels, rows[0].Length);

    public static ArrayExamples Examples(int count, int length, int classes, ulong seed) =>
        Examples(Rows(count, length, seed), Labels(count, classes, seed + 1));

    /// <summary>Points around one centre per class, far enough apart to be told apart.</summary>
    public static ArrayExamples Clusters(int count, int length, int classes, ulong seed)
    {
        float[][] centres = Rows(classes, length, seed);
        float[][] noise = Rows(count, length, seed + 1);
        int[] labels = Labels(count, classes, seed + 2);
        return Examples([.. noise.Select((row, n) => row.Select((v, i) => centres[labels[n]][i] + (0.8f * v)).ToArray())], labels);
    }

    public static TrainingAssignment Assign(
        Network network, ParameterSelection selection, ulong update = 1, UpdateContent content = UpdateContent.Difference) =>
        new(
            new ClientId("device"),
            new UpdateId(update),
            network.Layout.Fingerprint,
            new ModelVersion(3),
            new SelectionVersion(2),
            selection,
            ParameterSelection.Full(network.Layout),
            content,
            TimeSpan.FromMinutes(1));

    /// <summary>64-bit FNV-1a over the bits of values.</summary>
    public static string Hash(IEnumerable<float> values)
    {
        ulong hash = 14695981039346656037;
        foreach (float value in values)
        {
            hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211;
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
