using Ftte.Samples.Shared;

namespace Ftte.Samples.Tests.Shared;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("resnt8", "resnet8")]
    [InlineData("RESNET-8", "resnet8")]
    [InlineData("resnet200", "resnet20")]
    [InlineData("mobilenet-0.35", "mobilenetv2-0.35")]
    [InlineData("mpl", "mlp")]
    public void The_closest_name_is_suggested(string text, string name) => Assert.Equal(name, Suggestion.Closest(text, ["cnn", "mlp", "resnet8", "resnet20", "mobilenetv2-0.35"]));

    [Theory]
    [InlineData("alexnet")]
    [InlineData("")]
    [InlineData("x")]
    public void Nothing_is_suggested_if_no_name_is_close(string text) => Assert.Equal("", Suggestion.For(text, ["cnn", "mlp", "mobilenetv2"]));

    [Fact]
    public void Nothing_is_suggested_without_names() => Assert.Equal("", Suggestion.For("a", []));
}
