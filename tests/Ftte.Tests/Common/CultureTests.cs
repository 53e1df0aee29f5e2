using System.Globalization;
using Ftte.Common;
using Ftte.Selection;

namespace Ftte.Tests.Common;

public sealed class CultureTests
{
    [Fact]
    public void Messages_have_points_in_every_culture()
    {
        using var german = new CommaCulture();
        Assert.Equal("0,5", 0.5.ToString(CultureInfo.CurrentCulture));
        var layout = ParameterLayout.Create(("w", [1]));
        Assert.Contains("'w' is -0.5.", Assert.Throws<ArgumentException>(() => _ = new BlockImportance(layout, -0.5)).Message, StringComparison.Ordinal);
        Assert.Contains("[0.25, 0.75]", Assert.Throws<ArgumentOutOfRangeException>(() => PolicyGuard.Within(2, 0.25, 0.75)).Message, StringComparison.Ordinal);
    }
}
