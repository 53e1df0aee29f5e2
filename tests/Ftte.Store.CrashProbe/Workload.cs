using System.Buffers;
using System.Globalization;
using Ftte.Aggregation;
using Ftte.Wire;

namespace Ftte.Store.CrashProbe;

/// <summary>Defines what the server that is killed and the reference in the test compute: model, rule and updates, all determined by the IDs.</summary>
public static class Workload
{
    public const int Capacity = 8;
    public const int Devices = 12;

    public static ParameterLayout Layout { get; } = ParameterLayout.Create(("hidden", [150, 100]), ("class", [50, 100]));

    public static ModelSnapshot Start { get; } = new(Layout, default, [.. Enumerable.Range(0, Layout.ParameterCount).Select(i => MathF.Sin(i))]);

    public static ParameterSelection Selection { get; } = ParameterSelection.Full(Layout);

    public static BufferedAggregatorOptions Options { get; } = new() { Capacity = Capacity, Optimizer = ServerOptimizer.Adam() };

    /// <summary>Creates the update that answers an assignment: every second device sends float32, the others int8.</summary>
    public static SparseUpdate Create(UpdateHeader header)
    {
        var random = new Random((int)(WireMessage.GetSeed(header.Client, header.Id) >> 33));
        float[] values = [.. Enumerable.Range(0, Layout.ParameterCount).Select(_ => (random.NextSingle() - 0.5f) / 100)];
        SparseUpdate update = SparseUpdate.Create(header with { ExampleCount = 1 + (int)(header.Id.Value % 7) }, values);
        if (header.Id.Value % 2 == 0)
        {
            return update;
        }

        using (update)
        {
            var message = new ArrayBufferWriter<byte>();
            UpdateMessage.Write(message, update, ValueFormat.Int8, header.Id.Value);
            return UpdateMessage.Read(message.WrittenSpan);
        }
    }

    /// <summary>Formats a header as one word per field, so that it can be passed between processes.</summary>
    public static string Format(in UpdateHeader header) => string.Create(
        CultureInfo.InvariantCulture, $"{header.Client} {header.Id.Value} {header.BaseVersion.Number} {header.BaseFingerprint} {header.SelectionVersion.Number}");

    /// <summary>Reads a header from the words that <see cref="Format"/> wrote.</summary>
    public static UpdateHeader Parse(ReadOnlySpan<string> words) => new(
        new ClientId(words[0]),
        new UpdateId(ulong.Parse(words[1], CultureInfo.InvariantCulture)),
        Layout.Fingerprint,
        new ModelVersion(long.Parse(words[2], CultureInfo.InvariantCulture)),
        new SelectionVersion(int.Parse(words[4], CultureInfo.InvariantCulture)),
        ExampleCount: 1,
        BaseFingerprint: ulong.Parse(words[3], CultureInfo.InvariantCulture));
}
