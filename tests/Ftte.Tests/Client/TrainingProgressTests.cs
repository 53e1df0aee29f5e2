namespace Ftte.Tests;

/// <summary>The progress of training, for user interfaces.</summary>
public sealed class TrainingProgressTests
{
    [Fact]
    public async Task Progress_is_part_of_the_status_while_the_device_trains_and_reported_once_per_percent()
    {
        var seen = new List<ClientStatus>();
        var bench = new ClientBench(o => o.StatusChanged = seen.Add);
        IProgress<double>? progress = null;
        bench.Trainer.OnTrain = _ =>
        {
            progress = bench.Trainer.Assignments[^1].Progress;
            foreach (double done in new[] { 0.001, 0.5, 0.501, 0.509, 2 })
            {
                progress!.Report(done);
            }

            return Task.CompletedTask;
        };

        await bench.Client.RunOnceAsync();

        Assert.Equal([null, 0, 0.5, 1], seen.Where(status => status.Phase == ClientPhase.Training).Select(status => status.Progress));
        Assert.All(seen, status => Assert.True(status.Progress is null || status.Phase == ClientPhase.Training));
        int before = seen.Count;
        progress!.Report(0.3);
        Assert.Equal(before, seen.Count);
    }
}
