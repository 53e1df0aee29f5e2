using Ftte.Wire;

namespace Ftte.Tests.Wire;

public sealed class WireMessageTests
{
    [Fact]
    public void The_first_six_bytes_identify_the_kind()
    {
        foreach (MessageKind kind in Enum.GetValues<MessageKind>())
        {
            Assert.Equal(kind, WireMessage.Peek([.. "FTTE"u8, WireMessage.FormatVersion, (byte)kind]));
        }
    }

    [Fact]
    public void Seeds_differ_between_clients_and_between_updates_and_are_the_same_on_every_machine()
    {
        ulong seed = WireMessage.GetSeed(new ClientId("phone-17"), new UpdateId(1));
        Assert.Equal(seed, WireMessage.GetSeed(new ClientId("phone-17"), new UpdateId(1)));
        Assert.NotEqual(seed, WireMessage.GetSeed(new ClientId("phone-18"), new UpdateId(1)));
        Assert.NotEqual(seed, WireMessage.GetSeed(new ClientId("phone-17"), new UpdateId(2)));
        Assert.Equal(0xDCE77A42139A5423ul, seed);
    }

    [Fact]
    public void Limits_for_a_layout_admit_its_whole_model_in_every_format_and_no_more_values()
    {
        ParameterLayout layout = ParameterLayout.Create(("w", [1000]));
        WireLimits limits = WireLimits.For(layout);
        limits.Validate();
        foreach (ValueFormat format in WireSamples.Formats)
        {
            ParameterSelection all = ParameterSelection.Full(layout);
            CheckOutResponseMessage.Read(WireSamples.Write(WireSamples.Assigned(all, all), new float[1000], format), new float[1000], limits);
            UpdateMessage.Read(WireSamples.Write(WireSamples.Header(), new float[1000], format), limits).Dispose();
            byte[] tooMany = WireSamples.Write(WireSamples.Header(), new float[1001], format);
            Assert.Equal(WireError.LimitExceeded, Assert.Throws<WireFormatException>(() => UpdateMessage.Read(tooMany, limits)).Reason);
        }
    }

    [Fact]
    public void Limits_that_are_not_positive_are_refused()
    {
        new WireLimits().Validate();
        Assert.Throws<ArgumentOutOfRangeException>(() => new WireLimits { MaxValues = 0 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new WireLimits { MaxRanges = 0 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new WireLimits { MaxMessageBytes = -1 }.Validate());
    }
}
