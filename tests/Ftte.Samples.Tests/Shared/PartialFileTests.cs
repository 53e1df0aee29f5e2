using Ftte.Samples.Shared;
using Ftte.Samples.Tests.Quickstart;

namespace Ftte.Samples.Tests.Shared;

public sealed class PartialFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.json", "a.partial.json")]
    [InlineData("a.b.png", "a.b.partial.png")]
    [InlineData("a", "a.partial")]
    public void A_stopped_run_writes_beside_a_file_that_exists(string name, string partial)
    {
        string file = _folder.File(name);
        Assert.Equal(file, PartialFile.For(file, isPartial: true));

        File.WriteAllText(file, "");

        Assert.Equal(_folder.File(partial), PartialFile.For(file, isPartial: true));
        Assert.Equal(file, PartialFile.For(file, isPartial: false));
    }
}
