using Ftte.Selection;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Tests.Selection;

public class SelectionHistoryTests
{
    private static ParameterSelection One(int coordinate) => ParameterSelection.Create(1000, [new(coordinate, 1)]);

    [Fact]
    public void The_first_selection_has_version_0()
    {
        var history = new SelectionHistory(One(5));
        Assert.Equal((new SelectionVersion(0), One(5)), history.Current);
        Assert.True(history.TryGet(default, out ParameterSelection? found));
        Assert.Equal(One(5), found);
    }

    [Fact]
    public void A_new_selection_is_in_force_at_once_under_the_next_version()
    {
        var history = new SelectionHistory(One(0));
        Assert.Equal(new SelectionVersion(1), history.Announce(One(1)));
        Assert.Equal((new SelectionVersion(1), One(1)), history.Current);
    }

    [Fact]
    public void The_same_coordinates_keep_their_version()
    {
        var history = new SelectionHistory(One(0));
        Assert.Equal(new SelectionVersion(0), history.Announce(One(0)));
        history.Announce(One(1));
        Assert.Equal(new SelectionVersion(2), history.Announce(One(0)));
    }

    [Fact]
    public void Earlier_selections_are_remembered_up_to_the_capacity()
    {
        var history = new SelectionHistory(One(0), capacity: 3);
        for (int i = 1; i < 10; i++)
        {
            Assert.Equal(new SelectionVersion(i), history.Announce(One(i)));
            for (int j = 0; j <= i + 1; j++)
            {
                Assert.Equal(j <= i && j > i - 3, history.TryGet(new SelectionVersion(j), out ParameterSelection? found));
                Assert.Equal(j <= i && j > i - 3 ? One(j) : null, found);
            }
        }
    }

    [Fact]
    public void With_a_capacity_of_one_only_the_current_selection_is_known()
    {
        var history = new SelectionHistory(One(0), capacity: 1);
        history.Announce(One(1));
        Assert.False(history.TryGet(new SelectionVersion(0), out _));
        Assert.True(history.TryGet(new SelectionVersion(1), out _));
    }

    [Fact]
    public void A_version_never_announced_is_unknown() => Assert.False(new SelectionHistory(One(0)).TryGet(new SelectionVersion(1), out _));

    [Fact]
    public void An_empty_selection_is_refused_and_changes_nothing()
    {
        var history = new SelectionHistory(One(0));
        Assert.Throws<ArgumentException>(() => history.Announce(ParameterSelection.Create(1000, [])));
        Assert.Throws<ArgumentException>(() => new SelectionHistory(ParameterSelection.Create(1000, [])));
        Assert.Equal(new SelectionVersion(0), history.Current.Version);
    }

    [Fact]
    public void A_selection_of_another_vector_is_refused_and_changes_nothing()
    {
        var history = new SelectionHistory(One(0));
        Assert.Throws<ArgumentException>(() => history.Announce(ParameterSelection.Create(999, [new(0, 1)])));
        Assert.Equal(new SelectionVersion(0), history.Current.Version);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_capacity_below_one_is_refused(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelectionHistory(One(0), capacity));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void A_saved_history_is_restored_with_its_capacity(int announced)
    {
        var history = new SelectionHistory(One(0), capacity: 3);
        for (int i = 1; i <= announced; i++)
        {
            history.Announce(One(i));
        }

        byte[] saved = StateBytes.Write(history.Save);
        var reader = new StateReader(saved);
        var restored = SelectionHistory.Load(ref reader, 1000);
        reader.End();
        Assert.Equal(saved, StateBytes.Write(restored.Save));
        Assert.Equal((history.Current, history.Capacity), (restored.Current, restored.Capacity));
        for (int i = 0; i <= announced + 1; i++)
        {
            Assert.Equal(history.TryGet(new SelectionVersion(i), out ParameterSelection? expected), restored.TryGet(new SelectionVersion(i), out ParameterSelection? actual));
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [InlineData(3, new int[0])]
    [InlineData(3, new[] { 1, 1 })]
    [InlineData(3, new[] { 1, 0 })]
    [InlineData(3, new[] { -1 })]
    [InlineData(2, new[] { 0, 1, 2 })]
    [InlineData(0, new[] { 0 })]
    public void A_saved_history_without_selections_or_with_too_many_or_out_of_order_is_rejected(int capacity, int[] versions) =>
        StateBytes.AssertRejected(WireError.BadValue, writer => Write(writer, capacity, versions, One(0)), static (ref reader) => SelectionHistory.Load(ref reader, 1000));

    [Fact]
    public void A_saved_history_with_an_empty_selection_is_rejected() =>
        StateBytes.AssertRejected(WireError.BadValue, writer => Write(writer, 3, [0], ParameterSelection.Create(1000, [])), static (ref reader) => SelectionHistory.Load(ref reader, 1000));

    [Fact]
    public void A_selection_that_is_null_is_misuse()
    {
        Assert.Throws<ArgumentNullException>("first", () => new SelectionHistory(null!));
        Assert.Throws<ArgumentNullException>("selection", () => new SelectionHistory(One(0)).Announce(null!));
    }

    private static void Write(StateWriter writer, int capacity, int[] versions, ParameterSelection selection)
    {
        writer.Int32(capacity);
        writer.Int32(versions.Length);
        foreach (int version in versions)
        {
            writer.Int32(version);
            writer.Selection(selection);
        }
    }

    [Fact]
    public void Many_threads_announcing_and_looking_up_see_versions_with_their_own_selections()
    {
        var history = new SelectionHistory(One(0), capacity: 1000);
        var announced = new ParameterSelection[401];
        announced[0] = One(0);
        Parallel.For(1, announced.Length, i =>
        {
            SelectionVersion version = history.Announce(One(i));
            announced[version.Number] = One(i);
            (SelectionVersion seen, ParameterSelection selection) = history.Current;
            Assert.True(history.TryGet(seen, out ParameterSelection? found));
            Assert.Same(selection, found);
        });
        Assert.Equal(400, history.Current.Version.Number);
        Assert.All(Enumerable.Range(0, announced.Length), i =>
        {
            Assert.True(history.TryGet(new SelectionVersion(i), out ParameterSelection? found));
            Assert.Equal(announced[i], found);
        });
    }

    [Fact]
    public void A_history_follows_another_one_over_selections_that_are_not_kept_any_more()
    {
        var history = new SelectionHistory(ParameterSelection.Create(9, [new(0, 1)]), capacity: 2);
        ParameterSelection later = ParameterSelection.Create(9, [new(4, 2)]), last = ParameterSelection.Create(9, [new(0, 1)]);

        history.Follow(new SelectionVersion(7), later);
        Assert.Equal((new SelectionVersion(7), later), history.Current);
        history.Follow(new SelectionVersion(8), last);

        Assert.True(history.TryGet(new SelectionVersion(7), out _));
        Assert.False(history.TryGet(new SelectionVersion(0), out _));
        Assert.Throws<ArgumentOutOfRangeException>("version", () => history.Follow(new SelectionVersion(8), later));
        Assert.Equal(new SelectionVersion(9), history.Announce(later));
    }
}
