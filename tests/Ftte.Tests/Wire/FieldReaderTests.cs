using Ftte.Wire;

namespace Ftte.Tests.Wire;

public sealed class FieldReaderTests
{
    [Fact]
    public void A_number_of_more_than_five_bytes_is_rejected_before_the_sixth_is_read() =>
        Assert.Equal(WireError.BadValue, Assert.Throws<WireFormatException>(static () => new FieldReader([0x80, 0x80, 0x80, 0x80, 0x80]).VarInt()).Reason);

    [Fact]
    public void A_minimum_is_accepted_and_the_number_below_it_rejected()
    {
        Assert.Equal(3, new FieldReader([3, 0, 0, 0]).Int32("number", min: 3));
        Assert.Equal(WireError.BadValue, Assert.Throws<WireFormatException>(static () => new FieldReader([2, 0, 0, 0]).Int32("number", min: 3)).Reason);
    }
}
