namespace Ftte.Wire;

/// <summary>Encodes and decodes the ranges of a selection: the gap before each range and its length, or one byte for the same selection as before.</summary>
internal static class SelectionCodec
{
    /// <summary>The maximum number of bytes of one range.</summary>
    public const int MaxRangeLength = 10;

    /// <summary>The maximum number of bytes of a selection without its ranges.</summary>
    public const int MaxFixedLength = 6;

    private const byte Listed = 0, Same = 1;

    /// <summary>Returns the number of bytes of a selection that follows another one or none.</summary>
    public static long GetLength(ParameterSelection selection, ParameterSelection? before)
    {
        if (selection.Equals(before))
        {
            return sizeof(byte);
        }

        long length = sizeof(byte) + MessageWriter.GetVarIntLength(selection.Ranges.Length);
        int end = 0;
        foreach (ParameterRange range in selection.Ranges)
        {
            length += MessageWriter.GetVarIntLength(range.Start - end) + MessageWriter.GetVarIntLength(range.Length);
            end = range.End;
        }

        return length;
    }

    public static void Write(ref MessageWriter writer, ParameterSelection selection, ParameterSelection? before)
    {
        if (selection.Equals(before))
        {
            writer.Byte(Same);
            return;
        }

        writer.Byte(Listed);
        writer.VarInt(selection.Ranges.Length);
        int end = 0;
        foreach (ParameterRange range in selection.Ranges)
        {
            writer.VarInt(range.Start - end);
            writer.VarInt(range.Length);
            end = range.End;
        }
    }

    /// <summary>Validates a selection without allocating memory.</summary>
    /// <param name="reader">The header.</param>
    /// <param name="parameterCount">The length of the dense vector.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="before">The preceding selection; default if there is none.</param>
    /// <returns>The validated ranges; <paramref name="before"/> itself if they are the same.</returns>
    public static CheckedRanges Check(scoped ref FieldReader reader, int parameterCount, WireLimits limits, CheckedRanges before = default)
    {
        byte form = reader.Byte();
        if (form == Same && before.IsPresent)
        {
            return before;
        }

        if (form != Listed)
        {
            throw new WireFormatException(WireError.BadValue, $"A selection has the undefined form {form}. Correct the sender.");
        }

        int rangeCount = reader.VarInt();
        if (rangeCount > limits.MaxRanges)
        {
            throw new WireFormatException(WireError.LimitExceeded,
                $"A selection declares {rangeCount} ranges, more than the maximum of {limits.MaxRanges}. If the message is valid, raise {nameof(WireLimits)}.{nameof(WireLimits.MaxRanges)}.");
        }

        ReadOnlySpan<byte> bytes = reader.Rest;
        long end = 0;
        int count = 0;
        for (int i = 0; i < rangeCount; i++)
        {
            int gap = reader.VarInt();
            int length = reader.VarInt();
            end += (long)gap + length;
            if (length == 0 || (gap == 0 && i > 0) || end > parameterCount)
            {
                throw new WireFormatException(WireError.Inconsistent,
                    $"Range {i} of a selection has {length} values after a gap of {gap} and ends at {end}. Ranges must not be empty, must not touch and must lie within the {parameterCount} parameters. Correct the sender.");
            }

            count += length;
        }

        return new CheckedRanges(bytes, rangeCount, count);
    }

    /// <summary>Represents validated ranges, still encoded.</summary>
    public readonly ref struct CheckedRanges(ReadOnlySpan<byte> bytes, int rangeCount, int count)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private readonly int _rangeCount = rangeCount;

        /// <summary>Gets the number of coordinates.</summary>
        public int Count { get; } = count;

        /// <summary>Gets a value that indicates whether there is a list of ranges, possibly empty; false in <c>default</c>.</summary>
        public bool IsPresent { get; } = true;

        public bool IsSameAs(CheckedRanges other) => _rangeCount == other._rangeCount && _bytes == other._bytes;

        public ParameterSelection ToSelection(int parameterCount)
        {
            var reader = new FieldReader(_bytes);
            var ranges = new ParameterRange[_rangeCount];
            int end = 0;
            for (int i = 0; i < ranges.Length; i++)
            {
                int start = end + reader.VarInt();
                ranges[i] = new ParameterRange(start, reader.VarInt());
                end = ranges[i].End;
            }

            return ParameterSelection.Create(parameterCount, ranges);
        }
    }
}
