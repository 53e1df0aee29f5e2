using System.Buffers;
using Ftte.Wire;

namespace Ftte.Tests.Wire;

public sealed class WireLimitsTests
{
    [Fact]
    public void Limits_for_a_model_have_room_for_its_values_and_for_two_selections_of_the_longest_ranges()
    {
        const int Count = 1000, RangesBytes = 2 * (1 << 16) * 10;
        var limits = WireLimits.For(ParameterLayout.Create(("w", [Count])));
        Assert.Equal(Count, limits.MaxValues);
        Assert.Equal(1 << 16, limits.MaxRanges);
        Assert.InRange(limits.MaxMessageBytes, (Count * sizeof(float)) + RangesBytes, (Count * sizeof(float)) + RangesBytes + 1024);
    }

    [Fact]
    public void Limits_for_a_model_admit_a_selection_of_every_other_parameter()
    {
        const int Count = 140_001;
        var limits = WireLimits.For(ParameterLayout.Create(("w", [Count])));
        var selection = ParameterSelection.Create(Count, [.. Enumerable.Range(0, (Count + 1) / 2).Select(i => new ParameterRange(2 * i, 1))]);
        var assignment = new TrainingAssignment(new ClientId("c"), new UpdateId(1), 0, default, default, selection, selection, UpdateContent.Difference, TimeSpan.FromMinutes(1), 0);
        var message = new ArrayBufferWriter<byte>();
        CheckOutReferenceMessage.Write(message, new CheckOutResponse(CheckOutOutcome.Assigned, assignment), new BlobReference(new string('a', 64), ValueFormat.Int8));

        Assert.Equal(selection, CheckOutReferenceMessage.Read(message.WrittenSpan, Count, out _, limits).Assignment!.Selection);
        Assert.InRange(message.WrittenCount, 1, CheckOutReferenceMessage.GetMaxLength(limits));
    }

    [Fact]
    public void A_model_that_is_null_is_misuse() => Assert.Throws<ArgumentNullException>("layout", () => WireLimits.For(null!));
}
