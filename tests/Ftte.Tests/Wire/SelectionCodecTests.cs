using Ftte.Wire;

namespace Ftte.Tests.Wire;

/// <summary>The form of ranges: a gap, then a length, each a variable-length number.</summary>
public class SelectionCodecTests
{
    private const int ParameterCount = 20;

    [Theory]
    [InlineData(0, 20)]
    [InlineData(0, 1, 1, 18)]
    [InlineData(19, 1)]
    [InlineData(3, 2, 5, 10)]
    public void Ranges_within_the_parameters_are_accepted_with_their_count(params int[] gapsAndLengths)
    {
        int end = 0;
        ParameterRange[] ranges = [.. gapsAndLengths.Chunk(2).Select(pair => new ParameterRange((end += pair[0] + pair[1]) - pair[1], pair[1]))];
        SelectionCodec.CheckedRanges checkedRanges = Check(gapsAndLengths);
        Assert.Equal(ranges.Sum(range => range.Length), checkedRanges.Count);
        Assert.Equal(ParameterSelection.Create(ParameterCount, ranges), checkedRanges.ToSelection(ParameterCount));
    }

    [Theory]
    [InlineData("an empty range", 3, 0)]
    [InlineData("an empty range after another", 0, 2, 3, 0)]
    [InlineData("a range that touches the one before it", 0, 2, 0, 3)]
    [InlineData("a range that ends one after the parameters", 0, 21)]
    [InlineData("a range that starts after the parameters", 21, 1)]
    [InlineData("a second range that ends one after the parameters", 2, 8, 5, 6)]
    [InlineData("ranges whose end overflows 32 bits", int.MaxValue, 1)]
    [InlineData("lengths whose sum overflows 32 bits", 0, int.MaxValue)]
    public void Ranges_that_are_empty_touch_or_leave_the_parameters_are_inconsistent(string reason, params int[] gapsAndLengths) =>
        Assert.True(WireError.Inconsistent == Assert.Throws<WireFormatException>(() => _ = Check(gapsAndLengths).Count).Reason, reason);

    private static SelectionCodec.CheckedRanges Check(int[] gapsAndLengths)
    {
        var bytes = new List<byte> { 0 };
        foreach (int value in gapsAndLengths.Prepend(gapsAndLengths.Length / 2))
        {
            uint rest = (uint)value;
            for (; rest > 0x7F; rest >>= 7)
            {
                bytes.Add((byte)(rest | 0x80));
            }

            bytes.Add((byte)rest);
        }

        var reader = new FieldReader(bytes.ToArray());
        return SelectionCodec.Check(ref reader, ParameterCount, new WireLimits());
    }
}
