using Microsoft.Extensions.Time.Testing;

namespace Ftte.Orleans.Tests;

public sealed class BudgetReportsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_budget_is_written_again_if_it_changes_and_after_its_lifetime()
    {
        var reports = new BudgetReports(TimeSpan.FromHours(1), max: 10, _time);
        var client = new ClientId("a");

        Assert.True(reports.TryBegin(client, 5));
        Assert.False(reports.TryBegin(client, 5));
        Assert.True(reports.TryBegin(client, 6));
        _time.Advance(TimeSpan.FromMinutes(61));
        Assert.True(reports.TryBegin(client, 6));
        reports.Remove(client);
        Assert.True(reports.TryBegin(client, 6));
    }

    [Fact]
    public void Beyond_the_maximum_number_of_clients_all_are_forgotten()
    {
        var reports = new BudgetReports(TimeSpan.FromHours(1), max: 2, _time);
        Assert.True(reports.TryBegin(new ClientId("a"), 1));
        Assert.True(reports.TryBegin(new ClientId("b"), 1));
        Assert.False(reports.TryBegin(new ClientId("a"), 1));

        Assert.True(reports.TryBegin(new ClientId("c"), 1));

        Assert.True(reports.TryBegin(new ClientId("a"), 1));
        Assert.False(reports.TryBegin(new ClientId("c"), 1));
    }
}
