using CsCheck;
using Ftte.Simulation.Clock;

namespace Ftte.Simulation.Tests;

public sealed class VirtualClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    private readonly VirtualClock _clock = new(Epoch);
    private readonly List<(string Timer, double At)> _fired = [];

    [Fact]
    public void The_clock_stands_still_until_it_is_moved()
    {
        Assert.Equal((Epoch, 0L, TimeSpan.Zero), (_clock.GetUtcNow(), _clock.GetTimestamp(), _clock.Now));
        Assert.False(_clock.AdvanceTo(90 * Second));
        Assert.Equal((Epoch.AddSeconds(90), 90 * Second), (_clock.GetUtcNow(), _clock.Now));
        Assert.Equal(90 * Second, _clock.GetElapsedTime(0));
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_times_and_see_their_own_time()
    {
        Set("late", 3);
        Set("early", 1);
        Set("also late", 3);
        Set("too late", 5);
        Assert.True(_clock.AdvanceTo(4 * Second));
        Assert.Equal([("early", 1), ("late", 3), ("also late", 3)], _fired);
        Assert.Equal((4 * Second, 5 * Second), (_clock.Now, _clock.NextTimer));
    }

    [Fact]
    public void A_timer_that_is_due_at_the_end_of_a_move_fires_and_once_only()
    {
        Set("a", 2);
        Assert.True(_clock.AdvanceTo(2 * Second));
        Assert.False(_clock.AdvanceTo(2 * Second));
        Assert.False(_clock.AdvanceTo(9 * Second));
        Assert.Equal([("a", 2)], _fired);
        Assert.Null(_clock.NextTimer);
    }

    [Fact]
    public void A_timer_that_is_due_at_once_waits_for_the_next_move()
    {
        Set("now", 0);
        Assert.Empty(_fired);
        Assert.True(_clock.AdvanceTo(default));
        Assert.Equal([("now", 0)], _fired);
    }

    [Fact]
    public void A_periodic_timer_fires_every_time()
    {
        using ITimer timer = Set("tick", 1, 2);
        _clock.AdvanceTo(6 * Second);
        _clock.AdvanceTo(7 * Second);
        Assert.Equal([("tick", 1), ("tick", 3), ("tick", 5), ("tick", 7)], _fired);
        Assert.Equal(9 * Second, _clock.NextTimer);
    }

    [Fact]
    public void A_periodic_timer_can_end_itself()
    {
        ITimer? timer = null;
        timer = _clock.CreateTimer(
            _ =>
            {
                Note("tick");
                if (_fired.Count == 3)
                {
                    timer!.Dispose();
                }
            }, null, Second, Second);
        _clock.AdvanceTo(10 * Second);
        Assert.Equal([("tick", 1), ("tick", 2), ("tick", 3)], _fired);
    }

    [Fact]
    public async Task A_disposed_timer_never_fires_not_even_when_it_is_set_again()
    {
        ITimer once = Set("once", 1), often = Set("often", 1, 1);
        once.Dispose();
        once.Dispose();
        await often.DisposeAsync();
        Assert.Null(_clock.NextTimer);
        Assert.False(once.Change(Second, Timeout.InfiniteTimeSpan));
        Assert.False(often.Change(Second, Second));
        Assert.False(_clock.AdvanceTo(10 * Second));
        Assert.Empty(_fired);
    }

    [Fact]
    public void A_timer_that_was_changed_keeps_its_new_time_only()
    {
        ITimer sooner = Set("sooner", 5), later = Set("later", 1), never = Set("never", 1, 1);
        Assert.True(sooner.Change(2 * Second, Timeout.InfiniteTimeSpan));
        Assert.True(later.Change(3 * Second, 4 * Second));
        Assert.True(never.Change(Timeout.InfiniteTimeSpan, Second));
        _clock.AdvanceTo(8 * Second);
        Assert.Equal([("sooner", 2), ("later", 3), ("later", 7)], _fired);
    }

    [Fact]
    public void A_timer_that_a_timer_sets_on_the_way_fires_in_the_same_move()
    {
        _clock.CreateTimer(_ => Set("second", 2), null, Second, Timeout.InfiniteTimeSpan);
        Set("third", 4);
        _clock.AdvanceTo(10 * Second);
        Assert.Equal([("second", 3), ("third", 4)], _fired);
    }

    [Fact]
    public void A_timer_is_given_its_state()
    {
        object? given = null;
        _clock.CreateTimer(state => given = state, "state", default, Timeout.InfiniteTimeSpan);
        _clock.AdvanceTo(default);
        Assert.Equal("state", given);
        Assert.Throws<ArgumentNullException>("callback", () => _clock.CreateTimer(null!, null, default, default));
    }

    [Fact]
    public void Time_never_goes_back()
    {
        _clock.AdvanceTo(2 * Second);
        Assert.Throws<ArgumentOutOfRangeException>("time", () => _clock.AdvanceTo(Second));
        Assert.Equal(2 * Second, _clock.Now);
    }

    [Fact]
    public async Task A_delay_ends_when_the_clock_has_come_to_it()
    {
        Task delay = Task.Delay(2 * Second, _clock);
        _clock.AdvanceTo(2 * Second - TimeSpan.FromTicks(1));
        Assert.False(delay.IsCompleted);
        _clock.AdvanceTo(2 * Second);
        await delay;
    }

    [Fact]
    public void A_clock_that_runs_ahead_shows_another_time_and_counts_the_same()
    {
        var skewed = new SkewedClock(_clock, TimeSpan.FromHours(3));
        using ITimer timer = skewed.CreateTimer(_ => Note("skewed"), null, 5 * Second, Timeout.InfiniteTimeSpan);
        _clock.AdvanceTo(60 * Second);
        Assert.Equal(Epoch.AddHours(3).AddSeconds(60), skewed.GetUtcNow());
        Assert.Equal(60 * Second, skewed.GetElapsedTime(0));
        Assert.Equal([("skewed", 5)], _fired);
    }

    [Fact]
    public void Any_timers_fire_as_a_clock_that_ticks_second_by_second_would_let_them() =>
        Gen.Select(Gen.Select(Gen.Int[0, 30], Gen.Int[0, 6], (due, period) => (Due: due, Period: period)).List[0, 8], Gen.Int[0, 12].List[1, 6]).Sample((timers, moves) =>
        {
            var clock = new VirtualClock(Epoch);
            var fired = new List<(int Timer, double At)>();
            var twin = new List<(int Timer, double At)>();
            for (int i = 0; i < timers.Count; i++)
            {
                int timer = i;
                clock.CreateTimer(_ => fired.Add((timer, clock.Now.TotalSeconds)), null, timers[i].Due * Second, timers[i].Period * Second);
            }

            // Who is set first is first in line; a periodic one queues up again.
            List<(int Timer, int Due)> line = [.. timers.Select((timer, i) => (i, timer.Due))];
            foreach (int until in moves.Select((_, i) => moves.Take(i + 1).Sum()))
            {
                clock.AdvanceTo(until * Second);
                for (int now = 0; now <= until; now++)
                {
                    while (line.FindIndex(entry => entry.Due == now) is >= 0 and int next)
                    {
                        (int timer, _) = line[next];
                        line.RemoveAt(next);
                        twin.Add((timer, now));
                        if (timers[timer].Period > 0)
                        {
                            line.Add((timer, now + timers[timer].Period));
                        }
                    }
                }
            }

            Assert.Equal(twin, fired);
            Assert.Equal(line.Count == 0 ? null : line.Min(entry => entry.Due) * Second, clock.NextTimer);
        }, iter: 2000);

    private ITimer Set(string name, double due, double period = 0) =>
        _clock.CreateTimer(_ => Note(name), null, due * Second, period * Second);

    private void Note(string name) => _fired.Add((name, _clock.Now.TotalSeconds));
}
