using System.Reflection;
using Ftte.Diagnostics;
using Ftte.Selection;
using Ftte.Testing;
using Microsoft.Extensions.Logging;

namespace Ftte.Tests.Diagnostics;

/// <summary>Log messages of a server.</summary>
public sealed class LogTests
{
    [Fact]
    public void Event_ids_are_unique_and_this_projects_own()
    {
        int[] ids = [.. typeof(Log).GetMethods().Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().Select(a => a.EventId)];

        Assert.NotEmpty(ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id, 1000, 1099));
    }

    [Fact]
    public async Task A_run_can_be_followed_in_the_log()
    {
        var log = new LogLines<FederatedServer>();
        var selections = new SelectionHistory(ServerBench.A);
        await using (var server = new FederatedServer(new AddingAggregator(ServerBench.Start, selections), selections, logger: log))
        {
            server.ChangeSelection(ServerBench.B, 500);
            TrainingAssignment assignment = (await server.CheckOutAsync(ServerBench.Device("phone"), new float[12])).Assignment!;
            using SparseUpdate update = ServerBench.Update(assignment.CreateHeader(1), 3);
            await server.SubmitAsync(update);
            await server.FlushAsync();
        }

        Assert.Equal(
        [
            "Information: Started the server at version v0 with 4 of 12 parameters selected.",
            "Information: Changed the selection to s1 with 3 parameters. Training requires 500 bytes on a device.",
            "Debug: Client phone requested work: Assigned.",
            "Information: Published version v1.",
            $"Debug: Client phone submitted update {log.Id}, trained on version v0: Published, weight 1.",
            "Debug: Published no version from the incomplete buffer: it contains too few updates, or the version was refused.",
            "Information: Stopped the server at version v1. All queued updates were answered.",
        ], log.Written.Select(l => l.Text));
    }

    [Fact]
    public async Task What_the_aggregator_throws_is_logged_with_whose_update_it_was()
    {
        var log = new LogLines<FederatedServer>();
        var aggregator = new ScriptedAggregator(ServerBench.Start) { OnAggregate = (_, _) => throw new InvalidOperationException("cannot"), OnFlush = () => throw new InvalidOperationException("cannot") };
        await using var server = new FederatedServer(aggregator, new SelectionHistory(ServerBench.A), logger: log);
        TrainingAssignment assignment = (await server.CheckOutAsync(ServerBench.Device("phone"), new float[12])).Assignment!;
        using SparseUpdate update = ServerBench.Update(assignment.CreateHeader(1), 4);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await server.SubmitAsync(update));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await server.FlushAsync());

        var errors = log.Written.Where(l => l.Error is not null).ToList();
        Assert.Equal([$"Error: The aggregator threw an exception for update {assignment.UpdateId} of client phone. The call failed; the server continues.",
            "Error: The aggregator threw an exception while publishing an incomplete buffer. The server continues."], errors.Select(l => l.Text));
        Assert.All(errors, l => Assert.Equal("cannot", l.Error!.Message));
    }
}
