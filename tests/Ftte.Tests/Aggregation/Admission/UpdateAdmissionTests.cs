using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

public class UpdateAdmissionTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("x", [2]));
    private static readonly SelectionHistory Selections = new(ParameterSelection.Full(Layout));

    [Fact]
    public void Arguments_out_of_range_are_refused_by_name()
    {
        Assert.Throws<ArgumentNullException>("layout", () => new UpdateAdmission(null!, Selections));
        Assert.Throws<ArgumentNullException>("selections", () => new UpdateAdmission(Layout, null!));
        Assert.Throws<ArgumentOutOfRangeException>("maxAge", () => new UpdateAdmission(Layout, Selections, maxAge: -1));
        Assert.Throws<ArgumentOutOfRangeException>("maxUpdatesPerClient", () => new UpdateAdmission(Layout, Selections, maxUpdatesPerClient: 0));
        Assert.Throws<ArgumentOutOfRangeException>("expectedUpdates", () => new UpdateAdmission(Layout, Selections, expectedUpdates: -1));
        Assert.Throws<ArgumentNullException>("update", () => new UpdateAdmission(Layout, Selections).Check(null!, default, out _, out _));
    }

    [Fact]
    public void Updates_trained_on_a_version_that_was_rolled_back_stay_too_stale_while_their_age_counts()
    {
        var admission = new UpdateAdmission(Layout, Selections, maxAge: 3);
        admission.RollBack(new ModelVersion(4), new ModelVersion(6));

        // Another rollback, three versions after the end of the first, must not forget it: its updates are not too old yet.
        admission.RollBack(new ModelVersion(7), new ModelVersion(8));
        Assert.Equal(UpdateOutcome.TooStale, Check(admission, received: 6, current: 9));
        Assert.Equal(UpdateOutcome.TooStale, Check(admission, received: 8, current: 9));
        Assert.Null(Check(admission, received: 7, current: 9));
    }

    private static UpdateOutcome? Check(UpdateAdmission admission, long received, long current)
    {
        using var update = SparseUpdate.Create(new UpdateHeader(new ClientId("device"), new UpdateId(1), Layout.Fingerprint, new ModelVersion(received), default, 1), [1f, 1f]);
        return admission.Check(update, new ModelVersion(current), out _, out UpdateReceipt rejection) ? null : rejection.Outcome;
    }
}
