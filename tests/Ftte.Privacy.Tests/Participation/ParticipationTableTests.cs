using System.Buffers;
using Ftte.Aggregation;
using Ftte.Privacy.Participation;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Privacy.Tests.Participation;

public class ParticipationTableTests
{
    private static readonly ClientId Client = new("a");

    private static ParticipationTable Contribute(ParticipationTable table, params string[] clients)
    {
        foreach (string client in clients)
        {
            table.Record(new ClientId(client));
        }

        return table;
    }

    private static ParticipationStatus[] StatusOfNext(ParticipationTable table, int versions) => [.. Enumerable.Range(0, versions).Select(_ =>
    {
        ParticipationStatus status = table.Get(Client);
        table.BeginStep();
        return status;
    })];

    [Fact]
    public void A_client_waits_for_its_separation()
    {
        ParticipationTable table = Contribute(new ParticipationTable(new ParticipationLimits(5, 3), 100), "a");

        Assert.Equal([ParticipationStatus.AwaitsVersion, ParticipationStatus.AwaitsVersion, ParticipationStatus.AwaitsVersion, ParticipationStatus.Allowed], StatusOfNext(table, 4));
        Assert.Equal(ParticipationStatus.Allowed, table.Get(new ClientId("b")));
    }

    [Fact]
    public void A_client_ends_after_its_maximum()
    {
        ParticipationTable table = new(new ParticipationLimits(2, 1), 100);

        Contribute(table, "a").BeginStep();
        Assert.Equal(ParticipationStatus.Allowed, table.Get(Client));
        Contribute(table, "a").BeginStep();
        Assert.Equal(ParticipationStatus.Ended, table.Get(Client));
        Assert.Equal(ParticipationStatus.Allowed, table.Get(new ClientId("b")));
    }

    [Fact]
    public void All_clients_end_after_the_last_version()
    {
        ParticipationTable table = new(new ParticipationLimits(2, 1), 2);

        Assert.Equal([ParticipationStatus.Allowed, ParticipationStatus.Allowed, ParticipationStatus.Ended], StatusOfNext(table, 3));
    }

    [Fact]
    public void A_client_that_could_contribute_only_after_the_last_version_ends_at_once()
    {
        ParticipationTable table = Contribute(new ParticipationTable(new ParticipationLimits(5, 3), 3), "a");

        Assert.Equal(ParticipationStatus.Ended, table.Get(Client));
        Assert.Equal(ParticipationStatus.AwaitsVersion, Contribute(new ParticipationTable(new ParticipationLimits(5, 3), 4), "a").Get(Client));
    }

    [Fact]
    public void Equal_tables_have_equal_bytes_whatever_the_order_of_contributions() =>
        Assert.Equal(
            Save(Contribute(new ParticipationTable(new ParticipationLimits(5, 3), 100), "a", "b", "c")),
            Save(Contribute(new ParticipationTable(new ParticipationLimits(5, 3), 100), "c", "a", "b")));

    [Fact]
    public void A_restored_table_remembers_every_contribution()
    {
        ParticipationTable table = Contribute(new ParticipationTable(new ParticipationLimits(2, 3), 100), "a"), restored = new(new ParticipationLimits(2, 3), 100);
        table.BeginStep();
        table.BeginStep();
        byte[] saved = Save(table);

        var reader = new StateReader(saved);
        restored.Load(ref reader);

        Assert.Equal(2, restored.Step);
        Assert.Equal([ParticipationStatus.AwaitsVersion, ParticipationStatus.Allowed], StatusOfNext(restored, 2));
        Contribute(restored, "a").BeginStep();
        Assert.Equal(ParticipationStatus.Ended, restored.Get(Client));
    }

    [Fact]
    public void A_saved_table_with_more_contributions_than_allowed_is_rejected()
    {
        ParticipationTable table = new(new ParticipationLimits(2, 1), 100);
        Contribute(table, "a").BeginStep();
        byte[] saved = Save(Contribute(table, "a"));

        Assert.Throws<WireFormatException>(() =>
        {
            var reader = new StateReader(saved);
            new ParticipationTable(new ParticipationLimits(1, 1), 100).Load(ref reader);
        });
    }

    private static byte[] Save(ParticipationTable table)
    {
        var saved = new ArrayBufferWriter<byte>();
        table.Save(new StateWriter(saved));
        return saved.WrittenSpan.ToArray();
    }
}
