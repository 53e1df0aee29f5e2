using CsCheck;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>Check-outs write the missing parameters into the device's buffer.</summary>
public sealed class RefreshTests
{
    private const float Untouched = -1;

    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    [InlineData(long.MaxValue)]
    public async Task A_device_that_holds_nothing_or_a_version_never_published_is_sent_everything(long? held)
    {
        await using ServerBench bench = Adding();

        (TrainingAssignment assignment, float[] buffer) = await Fetch(bench, "a", held);

        Assert.True(assignment.Refreshed.IsFull);
        Assert.Equal(Start.Parameters.ToArray(), buffer);
    }

    [Fact]
    public async Task A_device_is_sent_the_union_of_what_changed_since_and_nothing_else()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        await bench.Assignment("a");
        await PublishAsync(bench, aggregator, A);
        await PublishAsync(bench, aggregator, C);
        await PublishAsync(bench, aggregator, A);

        (TrainingAssignment assignment, float[] buffer) = await Fetch(bench, "a", held: 0);

        Assert.Equal(A.Union(C), assignment.Refreshed);
        for (int j = 0; j < buffer.Length; j++)
        {
            Assert.Equal(assignment.Refreshed.Contains(j) ? Start.Parameters.Span[j] : Untouched, buffer[j]);
        }

        Assert.Equal(0, (await bench.Assignment("a", held: 3)).Refreshed.Count);
    }

    [Fact]
    public async Task A_version_of_which_nobody_knows_what_it_changed_sends_everything()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        await PublishAsync(bench, aggregator, A);
        await PublishAsync(bench, aggregator, changed: null);
        await PublishAsync(bench, aggregator, A);

        Assert.True((await bench.Assignment("a", held: 0)).Refreshed.IsFull);
    }

    [Fact]
    public async Task A_version_older_than_the_history_sends_everything()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { RefreshHistory = 2 });
        await PublishAsync(bench, aggregator, A);
        await bench.Assignment("a");
        await bench.Assignment("b");
        await PublishAsync(bench, aggregator, B);
        await PublishAsync(bench, aggregator, B);
        Assert.Equal(B, (await bench.Assignment("a", held: 1)).Refreshed);
        await PublishAsync(bench, aggregator, B);

        Assert.True((await bench.Assignment("b", held: 1)).Refreshed.IsFull);
    }

    [Fact]
    public async Task What_changed_since_the_start_is_known_however_long_ago_that_was()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { RefreshHistory = 2 });
        for (int turn = 0; turn < 10; turn++)
        {
            await PublishAsync(bench, aggregator, turn % 2 == 0 ? A : C);
        }

        Assert.Equal(A.Union(C), (await bench.Assignment("new", held: 0)).Refreshed);
    }

    [Fact]
    public async Task A_version_whose_number_is_known_but_whose_fingerprint_is_not_sends_everything()
    {
        // As after a restart with another start model, or after a roll-back: the device's version 1 is not this server's.
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        await PublishAsync(bench, aggregator, A);
        await PublishAsync(bench, aggregator, A);
        CheckOutRequest honest = Device("a", held: 1), survivor = Device("b", held: 1) with { HeldFingerprint = Start.Fingerprint ^ 1 };

        Assert.Equal(A, (await bench.CheckOutResponse(honest)).Assignment!.Refreshed);
        Assert.True((await bench.CheckOutResponse(survivor)).Assignment!.Refreshed.IsFull);
        Assert.True((await bench.CheckOutResponse(survivor with { HeldVersion = new ModelVersion(0) })).Assignment!.Refreshed.IsFull);
        Assert.True((await bench.CheckOutResponse(survivor with { HeldVersion = new ModelVersion(2) })).Assignment!.Refreshed.IsFull);
    }

    [Fact]
    public async Task A_version_that_another_device_received_is_believed_too()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        await PublishAsync(bench, aggregator, A);
        await PublishAsync(bench, aggregator, C);

        Assert.Equal(C, (await bench.Assignment("restored from another device's backup", held: 1)).Refreshed);
    }

    [Fact]
    public async Task A_server_that_starts_late_believes_its_first_version_and_no_earlier_one()
    {
        var start = new ModelSnapshot(Layout, new ModelVersion(90), Start.Parameters.Span);
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, start: start);
        await PublishAsync(bench, aggregator, B);

        Assert.Equal(B, (await bench.Assignment("a", held: 90)).Refreshed);
        Assert.True((await bench.Assignment("b", held: 89)).Refreshed.IsFull);
    }

    [Fact]
    public async Task An_aggregator_that_skips_versions_makes_everything_unknown()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        await bench.Assignment("a");
        aggregator.Jump(new ModelSnapshot(Layout, new ModelVersion(5), Start.Parameters.Span));
        await bench.Submit("a");

        TrainingAssignment assignment = await bench.Assignment("a", held: 0);

        Assert.Equal((new ModelVersion(5), true), (assignment.Version, assignment.Refreshed.IsFull));
        await PublishAsync(bench, aggregator, C);
        Assert.Equal(C, (await bench.Assignment("a", held: 5)).Refreshed);
    }

    [Fact]
    public void The_log_agrees_with_the_plain_union_over_every_publication()
    {
        const int Length = 24, Capacity = 5;
        var layout = ParameterLayout.Create(("x", [Length]));
        Gen<ParameterSelection?> selection = Gen.Select(Gen.Int[0, Length - 1], Gen.Int[1, 6], Gen.Int[0, 7], (start, length, kind) => kind == 0
            ? null
            : ParameterSelection.Create(Length, [new ParameterRange(start, Math.Min(length, Length - start))]));
        selection.List[0, 12].Sample(published =>
        {
            var start = new ModelSnapshot(layout, default, new float[Length]);
            var log = new RefreshLog(start, Capacity);
            List<ulong> fingerprints = [start.Fingerprint];
            for (int v = 0; v < published.Count; v++)
            {
                var next = ModelSnapshot.TakeOver(layout, new ModelVersion(v + 1), [.. Enumerable.Repeat(v + 1f, Length)], published[v]);
                log.Publish(next, next.Changed);
                fingerprints.Add(next.Fingerprint);
                for (int held = 0; held <= v + 2; held++)
                {
                    ParameterSelection expected = ParameterSelection.Create(Length, []);
                    bool known = held <= v + 1 && (held == 0 || v + 1 - held <= Capacity);
                    foreach (ParameterSelection? changed in known ? published.Skip(held).Take(v + 1 - held) : [null])
                    {
                        expected = expected.Union(changed ?? ParameterSelection.Full(layout));
                    }

                    Assert.Equal(expected, log.Since(new ModelVersion(held), fingerprints[Math.Clamp(held, 0, v + 1)]));
                    Assert.True(log.Since(new ModelVersion(held), 0).IsFull);
                }
            }
        }, iter: 300);
    }

    [Fact]
    public void When_the_same_selection_always_changes_every_version_shares_one_object()
    {
        var log = new RefreshLog(Start, 100);
        for (int v = 1; v <= 50; v++)
        {
            // Made anew each time, as a selection that came over a wire would be.
            ParameterSelection changed = ParameterSelection.Create(Layout.ParameterCount, A.Ranges);
            log.Publish(ModelSnapshot.TakeOver(Layout, new ModelVersion(v), Start.Parameters.ToArray()), changed);
        }

        ParameterSelection first = log.Since(new ModelVersion(0), Start.Fingerprint);
        Assert.All(Enumerable.Range(0, 50), v => Assert.Same(first, log.Since(new ModelVersion(v), Start.Fingerprint)));
    }

    private static async Task PublishAsync(ServerBench bench, ScriptedAggregator aggregator, ParameterSelection? changed)
    {
        aggregator.OnFlush = () => aggregator.Publish(changed);
        Assert.NotNull(await bench.Server.FlushAsync());
    }

    private static async Task<(TrainingAssignment Assignment, float[] Buffer)> Fetch(ServerBench bench, string client, long? held)
    {
        float[] buffer = [.. Enumerable.Repeat(Untouched, Layout.ParameterCount)];
        return ((await bench.CheckOutResponse(Device(client, held), buffer)).Assignment!, buffer);
    }
}
