using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

public class RunRecorderTests
{
    [Fact]
    public void The_target_is_reached_at_the_first_of_three_looks_in_a_row()
    {
        RunRecorder run = Record(0.7, 0.91, 0.92, 0.89, 0.90, 0.95, 0.91, 0.7);
        Assert.Equal(4, run.WhenReached(0.9)!.Value.Version);
        MethodResult result = run.Summarize(0.9, new MemoryUse(Counted: 123, Planned: 45));
        Assert.Equal(new MethodResult(0.7, 40, 123, 45, 400, 4000), result);
    }

    [Fact]
    public void Two_looks_in_a_row_are_not_enough_and_then_the_whole_run_is_counted()
    {
        RunRecorder run = Record(0.7, 0.95, 0.7, 0.95, 0.96);
        Assert.Null(run.WhenReached(0.9));
        Assert.Equal(new MethodResult(0.96, null, 123, 45, 400, 4000), run.Summarize(0.9, new MemoryUse(Counted: 123, Planned: 45)));
    }

    [Fact]
    public void A_run_without_a_look_cannot_be_summed_up() =>
        Assert.Throws<InvalidOperationException>(() => new RunRecorder("FTTE").Summarize(0.9, new MemoryUse(0, 0)));

    [Fact]
    public void Time_never_runs_backwards()
    {
        RunRecorder run = Record(0.5, 0.6);
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Add(new RunPoint(TimeSpan.FromSeconds(5), 2, 0.7, 0, 0)));
    }

    private static RunRecorder Record(params double[] accuracies)
    {
        var run = new RunRecorder("FTTE");
        for (int i = 0; i < accuracies.Length; i++)
        {
            run.Add(new RunPoint(TimeSpan.FromSeconds(10 * i), i, accuracies[i], 100 * i, 1000 * i));
        }

        return run;
    }
}
