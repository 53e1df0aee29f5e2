using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Wire;

namespace Ftte.Tests.Aggregation;

public class UpdateValidatorTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("x", [2]));
    private static readonly SelectionHistory Selections = new(ParameterSelection.Full(Layout));

    [Fact]
    public void Arguments_out_of_range_are_refused_by_name()
    {
        Assert.Throws<ArgumentNullException>("layout", () => new UpdateValidator(null!, Selections));
        Assert.Throws<ArgumentNullException>("selections", () => new UpdateValidator(Layout, null!));
        Assert.Throws<ArgumentOutOfRangeException>("maxAge", () => new UpdateValidator(Layout, Selections, maxAge: -1));
        Assert.Throws<ArgumentOutOfRangeException>("maxUpdatesPerClient", () => new UpdateValidator(Layout, Selections, maxUpdatesPerClient: 0));
        Assert.Throws<ArgumentOutOfRangeException>("expectedUpdates", () => new UpdateValidator(Layout, Selections, expectedUpdates: -1));
        Assert.Throws<ArgumentNullException>("update", () => new UpdateValidator(Layout, Selections).Check(null!, default, out _, out _));
    }

    [Fact]
    public void Updates_trained_on_a_version_that_was_rolled_back_stay_too_stale_while_their_age_counts()
    {
        var validator = new UpdateValidator(Layout, Selections, maxAge: 3);
        validator.RollBack(new ModelVersion(4), new ModelVersion(6));

        // Another rollback, three versions after the end of the first, must not forget it: its updates are not too old yet.
        validator.RollBack(new ModelVersion(7), new ModelVersion(8));
        Assert.Equal(UpdateOutcome.TooStale, Check(validator, received: 6, current: 9));
        Assert.Equal(UpdateOutcome.TooStale, Check(validator, received: 8, current: 9));
        Assert.Null(Check(validator, received: 7, current: 9));
    }

    [Fact]
    public void A_rollback_does_not_end_an_earlier_one_that_still_counts()
    {
        var validator = new UpdateValidator(Layout, Selections, maxAge: 5);
        validator.RollBack(new ModelVersion(4), new ModelVersion(6));
        validator.RollBack(new ModelVersion(7), new ModelVersion(8));
        Assert.Equal(UpdateOutcome.TooStale, Check(validator, received: 6, current: 9));
    }

    [Fact]
    public void Rollbacks_whose_updates_are_too_old_anyway_are_forgotten()
    {
        var validator = new UpdateValidator(Layout, Selections, maxAge: 3);
        validator.RollBack(new ModelVersion(0), new ModelVersion(1));
        int once = StateBytes.Write(validator.Save).Length;
        validator.RollBack(new ModelVersion(100), new ModelVersion(101));
        Assert.Equal(once, StateBytes.Write(validator.Save).Length);
    }

    [Theory]
    [InlineData(25)]
    [InlineData(20)]
    [InlineData(3)]
    public void An_accepted_update_is_a_duplicate_as_long_as_its_age_counts_and_for_at_least_20_versions(long maxAge)
    {
        var validator = new UpdateValidator(Layout, Selections, maxAge);
        validator.Accept(Header(received: 0));
        long retained = Math.Max(20, maxAge);
        for (long current = 0; current <= retained; current++)
        {
            Assert.Equal(UpdateOutcome.Duplicate, Check(validator, received: 0, current));
            validator.Publish(new ModelVersion(current));
        }

        Assert.Equal(UpdateOutcome.TooStale, Check(validator, received: 0, retained + 1));
    }

    [Fact]
    public void A_saved_rollback_that_ends_before_it_starts_is_rejected() => StateBytes.AssertRejected(
        WireError.BadValue,
        writer =>
        {
            writer.Int32(1);
            writer.Int64(4);
            writer.Int64(4);
            writer.Int32(0);
            writer.Int32(0);
        },
        static (ref reader) => new UpdateValidator(Layout, Selections).Load(ref reader));

    private static UpdateHeader Header(long received) => new(new ClientId("device"), new UpdateId(1), Layout.Fingerprint, new ModelVersion(received), default, 1);

    private static UpdateOutcome? Check(UpdateValidator validator, long received, long current)
    {
        using var update = SparseUpdate.Create(Header(received), [1f, 1f]);
        return validator.Check(update, new ModelVersion(current), out _, out UpdateReceipt rejection) ? null : rejection.Outcome;
    }
}
