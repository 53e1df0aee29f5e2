using Ftte.Wire;

namespace Ftte.Tests.Wire;

public sealed class BlobReferenceTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("a", false)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeF", false)]
    [InlineData("g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", false)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0", false)]
    public void A_digest_has_64_lowercase_hexadecimal_digits(string text, bool isDigest) => Assert.Equal(isDigest, BlobReference.IsDigest(text));
}
