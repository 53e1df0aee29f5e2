using System.Buffers;
using System.Buffers.Binary;
using CsCheck;
using Ftte.Numerics;
using Ftte.Wire;

namespace Ftte.Tests.Wire;

/// <summary>Makes messages, and what goes into them, for the tests of the wire format.</summary>
internal static class WireSamples
{
    public const ulong Fingerprint = 0xA1B2C3D4E5F60718;

    public static readonly int[] Lengths = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1000, 2047, 2048, 2049];

    public static readonly ValueFormat[] Formats = Enum.GetValues<ValueFormat>();

    public static readonly Gen<ClientId> Clients = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 1, ClientId.MaxBytes],
        Gen.OneOf("Gerät ✓", "時計-3", "\U0001D11E", new string('ß', ClientId.MaxBytes / 2))).Select(name => new ClientId(name));

    public static readonly Gen<TimeSpan> Durations = Gen.Long[0, WireMessage.MaxDuration.Ticks].Select(ticks => new TimeSpan(ticks));

    public static readonly Gen<ModelVersion> Versions = Gen.Long[0, long.MaxValue].Select(number => new ModelVersion(number));

    /// <summary>Selections of up to 12 ranges with gaps between them, of a vector that may go on behind them.</summary>
    public static readonly Gen<ParameterSelection> Selections =
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[1, 200], Gen.Int[1, 300]).Array[0, 12], Gen.Int[1, 200]).Select((atStart, pieces, tail) =>
        {
            var ranges = new List<ParameterRange>();
            int end = -atStart;
            foreach ((int gap, int length) in pieces)
            {
                ranges.Add(new ParameterRange(end + gap, length));
                end = ranges[^1].End;
            }

            return ParameterSelection.Create(Math.Max(0, end) + tail, ranges);
        });

    public static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Write(UpdateHeader header, ReadOnlySpan<float> values, ValueFormat format, ulong seed = 1)
    {
        using SparseUpdate update = SparseUpdate.Create(header, values);
        return Write(w => UpdateMessage.Write(w, update, format, seed));
    }

    public static byte[] Write(CheckOutResponse answer, float[] parameters, ValueFormat format, ulong seed = 1) =>
        Write(w => CheckOutResponseMessage.Write(w, answer, parameters, format, seed));

    public static UpdateHeader Header(string client = "phone-17") => new(
        new ClientId(client), new UpdateId(0x0123456789ABCDEF), 0xFEDCBA9876543210, new ModelVersion(41), new SelectionVersion(2), 320, BaseFingerprint: Fingerprint);

    public static CheckOutResponse Assigned(ParameterSelection selection, ParameterSelection refreshed) => new(
        CheckOutOutcome.Assigned,
        new TrainingAssignment(
            new ClientId("phone-17"),
            new UpdateId(0x0123456789ABCDEF),
            0xFEDCBA9876543210,
            new ModelVersion(41),
            new SelectionVersion(2),
            selection,
            refreshed,
            UpdateContent.Difference,
            TimeSpan.FromMinutes(10),
            Fingerprint));

    public static ParameterSelection SampleSelection(int parameterCount, params (int Start, int Length)[] ranges) =>
        ParameterSelection.Create(parameterCount, ranges.Select(r => new ParameterRange(r.Start, r.Length)));

    public static float[] Values(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    /// <summary>Says what values become on the way, by the kernels that are tested on their own.</summary>
    public static float[] Expected(float[] packed, ValueFormat format, ulong seed)
    {
        byte[] bytes = new byte[ValueCodec.GetLength(packed.Length, format)];
        float[] expected = new float[packed.Length];
        ValueCodec.Encode(packed, 0, format, seed, bytes);
        ValueCodec.Decode(bytes, 0, format, expected);
        return expected;
    }

    public static uint[] Bits(ReadOnlySpan<float> values)
    {
        uint[] bits = new uint[values.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToUInt32Bits(values[i]);
        }

        return bits;
    }

    /// <summary>Makes length and checksum fit, so that a change to the content is not noticed before it is read.</summary>
    public static byte[] Seal(byte[] message)
    {
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(message.Length - 4), Crc32C.Compute(message.AsSpan(0, message.Length - 4)));
        return message;
    }
}
