using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Ftte.TinyEngine.Personalization;

/// <summary>Represents the saved form of personal parameters: a header that identifies the model, and the values.</summary>
/// <remarks>
/// Little-endian. <c>FTPP</c>, format version 1 and three zero bytes, the layout's fingerprint (uint64), the length of the lineage in bytes, the number of ranges and the number of values (int32
/// each), the lineage in UTF-8 and zeros up to a multiple of 4, start and length of each range (int32), the values (float32). Values are read and written in place, so that saving takes
/// no second copy.
/// </remarks>
internal sealed class PersonalState
{
    /// <summary>The maximum length of a lineage in bytes of UTF-8.</summary>
    public const int MaxLineageBytes = 200;

    private const byte FormatVersion = 1;
    private const int FixedBytes = 28;

    private readonly byte[] _bytes;
    private readonly int _valuesStart;

    private PersonalState(byte[] bytes, int valuesStart) => (_bytes, _valuesStart) = (bytes, valuesStart);

    private static ReadOnlySpan<byte> Magic => "FTPP"u8;

    /// <summary>Gets the whole state.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Gets the packed personal parameters.</summary>
    public Span<float> Values => MemoryMarshal.Cast<byte, float>(_bytes.AsSpan(_valuesStart));

    /// <summary>Creates a state whose values are 0.</summary>
    public static PersonalState Create(ParameterLayout layout, string lineage, ParameterSelection coordinates)
    {
        byte[] name = Encoding.UTF8.GetBytes(lineage);
        int rangesStart = FixedBytes + ((name.Length + 3) / 4 * 4), valuesStart = rangesStart + (8 * coordinates.Ranges.Length);
        byte[] bytes = new byte[checked(valuesStart + (sizeof(float) * coordinates.Count))];
        Span<byte> head = bytes;
        Magic.CopyTo(head);
        head[4] = FormatVersion;
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], layout.Fingerprint);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[20..], coordinates.Ranges.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[24..], coordinates.Count);
        name.CopyTo(head[FixedBytes..]);
        for (int i = 0; i < coordinates.Ranges.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head[(rangesStart + (8 * i))..], coordinates.Ranges[i].Start);
            BinaryPrimitives.WriteInt32LittleEndian(head[(rangesStart + (8 * i) + 4)..], coordinates.Ranges[i].Length);
        }

        return new PersonalState(bytes, valuesStart);
    }

    /// <summary>Takes over the values of a saved state of the same model.</summary>
    /// <param name="saved">The saved state.</param>
    /// <returns>Null if the values were taken over; otherwise the reason why the saved state is of no use.</returns>
    public string? Restore(ReadOnlySpan<byte> saved)
    {
        if (FindDifference(saved) is { } difference)
        {
            return difference;
        }

        if (!UpdateMoments.Measure(MemoryMarshal.Cast<byte, float>(saved[_valuesStart..])).IsFinite)
        {
            return "a value is not finite";
        }

        saved.CopyTo(_bytes);
        return null;
    }

    private string? FindDifference(ReadOnlySpan<byte> saved)
    {
        if (saved.Length < FixedBytes || !saved.StartsWith(Magic))
        {
            return "the state is not of personal parameters";
        }

        if (saved[4] != FormatVersion)
        {
            return $"they have format version {saved[4]}, but this library supports version {FormatVersion}";
        }

        // Names come first: they tell a person more than fingerprints, and another model usually has another layout, too.
        ReadOnlySpan<byte> lineage = LineageOf(saved), ownLineage = LineageOf(_bytes);
        if (!lineage.SequenceEqual(ownLineage))
        {
            return $"they are of the model '{Encoding.UTF8.GetString(lineage)}', but this model is '{Encoding.UTF8.GetString(ownLineage)}'";
        }

        ulong layout = BinaryPrimitives.ReadUInt64LittleEndian(saved[8..]), own = BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(8));
        if (layout != own)
        {
            return $"they are of a model with the layout {layout:x16}, but this model has {own:x16}";
        }

        return saved.Length == _bytes.Length && saved[.._valuesStart].SequenceEqual(_bytes.AsSpan(0, _valuesStart))
            ? null
            : "they are of other blocks";
    }

    private static ReadOnlySpan<byte> LineageOf(ReadOnlySpan<byte> state) =>
        state.Slice(FixedBytes, (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(state[16..]), Math.Min(MaxLineageBytes, (uint)(state.Length - FixedBytes))));
}
