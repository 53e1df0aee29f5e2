using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

public class StepScaleTests
{
    [Fact]
    public async Task An_assignment_has_the_scale_at_its_check_out()
    {
        await using ServerBench bench = Adding();

        Assert.Equal(1f, (await bench.Assignment("a")).StepScale);
        bench.Server.ChangeStepScale(0.25f);
        Assert.Equal(0.25f, (await bench.Assignment("b")).StepScale);
        bench.Server.ChangeStepScale(2);
        Assert.Equal(2f, (await bench.Assignment("c")).StepScale);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task A_scale_that_is_not_positive_and_finite_is_rejected(float scale)
    {
        await using ServerBench bench = Adding();

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => bench.Server.ChangeStepScale(scale));

        Assert.Contains("1 is the learning rate of the devices' own options", error.Message, StringComparison.Ordinal);
        Assert.Equal(1f, (await bench.Assignment("a")).StepScale);
    }
}
