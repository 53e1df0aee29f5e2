using System.Buffers;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

public sealed class CheckOutReferenceMessageTests
{
    private static readonly ParameterSelection All = SampleSelection(4, (0, 4));
    private static readonly BlobReference Blob = new(new string('a', BlobReference.DigestLength), ValueFormat.Int8);

    [Fact]
    public void A_reference_arrives_with_the_assignment()
    {
        byte[] message = Write(w => CheckOutReferenceMessage.Write(w, Assigned(All, All), Blob));
        Assert.Equal(Assigned(All, All), CheckOutReferenceMessage.Read(message, 4, out BlobReference blob));
        Assert.Equal(Blob, blob);
    }

    [Fact]
    public void A_device_that_lacks_no_parameters_gets_no_reference()
    {
        CheckOutResponse none = Assigned(All, SampleSelection(4));
        byte[] message = Write(w => CheckOutReferenceMessage.Write(w, none));
        Assert.Equal(message, Write(w => CheckOutReferenceMessage.Write(w, none, Blob)));
        Assert.Equal(none, CheckOutReferenceMessage.Read(message, 4, out BlobReference blob));
        Assert.Equal(default, blob);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("abc")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_text_that_is_no_digest_is_refused_before_a_byte_is_written(string? digest) =>
        AssertRefused(Assigned(All, All), new BlobReference(digest!, ValueFormat.Int8));

    [Fact]
    public void An_outcome_that_contradicts_the_assignment_is_refused_before_a_byte_is_written()
    {
        AssertRefused(new CheckOutResponse(CheckOutOutcome.Assigned), Blob);
        AssertRefused(new CheckOutResponse(CheckOutOutcome.Busy, Assigned(All, All).Assignment), Blob);
    }

    [Fact]
    public void Values_and_ranges_over_the_limit_are_rejected()
    {
        ParameterSelection two = SampleSelection(4, (0, 1), (2, 1));
        byte[] message = Write(w => CheckOutReferenceMessage.Write(w, Assigned(two, two), Blob));
        Assert.True(CheckOutReferenceMessage.Read(message, 4, out _, new WireLimits { MaxRanges = 2 }).IsAssigned);
        Assert.Equal(WireError.LimitExceeded, Assert.Throws<WireFormatException>(() => CheckOutReferenceMessage.Read(message, 4, out _, new WireLimits { MaxRanges = 1 })).Reason);
        message[6] = (byte)ValueFormat.BFloat16;
        Assert.Equal(WireError.Inconsistent, Assert.Throws<WireFormatException>(() => CheckOutReferenceMessage.Read(Seal(message), 4, out _)).Reason);
    }

    [Fact]
    public void The_maximum_length_is_that_of_the_longest_message()
    {
        // Gaps and lengths of 5 bytes each, and two selections that differ.
        const int Gap = 1 << 28;
        ParameterSelection selected = SampleSelection(int.MaxValue, (Gap, Gap), (3 * Gap, Gap)), refreshed = SampleSelection(int.MaxValue, (Gap, Gap), (3 * Gap, Gap + 1));
        TrainingAssignment assignment = Assigned(selected, refreshed).Assignment! with { Client = new ClientId(new string('x', ClientId.MaxBytes)) };
        int longest = Write(w => CheckOutReferenceMessage.Write(w, new CheckOutResponse(CheckOutOutcome.Assigned, assignment), Blob)).Length;

        // The numbers of ranges take one byte here and up to five in others.
        Assert.InRange(CheckOutReferenceMessage.GetMaxLength(new WireLimits { MaxRanges = 2 }), longest, longest + 8);
        Assert.Equal(100, CheckOutReferenceMessage.GetMaxLength(new WireLimits { MaxRanges = 2, MaxMessageBytes = 100 }));
    }

    private static void AssertRefused(CheckOutResponse answer, BlobReference blob)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.ThrowsAny<ArgumentException>(() => CheckOutReferenceMessage.Write(buffer, answer, blob));
        Assert.Equal(0, buffer.WrittenCount);
    }
}
