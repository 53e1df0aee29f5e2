using System.Buffers;
using System.Collections.Immutable;
using Ftte.Serialization;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Stores the selections that the publisher of a cluster announced.</summary>
/// <remarks>As many are kept as the history of a silo keeps, because a silo that starts announces them in order.</remarks>
internal static class SelectionTable
{
    /// <summary>Adds the statements of a publication that change the selection and the survey.</summary>
    public static void AddWrite(NpgsqlBatch batch, int federation, ClusterDecision decision)
    {
        batch.Add("UPDATE ftte.cluster SET reselection = $2 WHERE federation = $1", federation, decision.State);
        batch.Add("DELETE FROM ftte.cluster_answer WHERE federation = $1 AND survey < $2", federation, decision.Survey);
        if (decision.Selection is { } selection)
        {
            var ranges = new ArrayBufferWriter<byte>();
            new StateWriter(ranges).Selection(selection.Selection);

            // A choice of the same coordinates has the same number, and can require another amount of memory than the options of the server state.
            batch.Add(
                "INSERT INTO ftte.cluster_selection (federation, number, ranges, required_memory) VALUES ($1, $2, $3, $4) ON CONFLICT (federation, number) DO UPDATE SET required_memory = excluded.required_memory",
                federation, selection.Version.Number, ranges.WrittenSpan.ToArray(), selection.RequiredMemoryBytes);
            batch.Add("DELETE FROM ftte.cluster_selection WHERE federation = $1 AND number <= $2", federation, selection.Version.Number - decision.KeptSelections);
        }
    }

    /// <summary>Reads the selections from a number on, in ascending order.</summary>
    /// <exception cref="Wire.WireFormatException">A selection is damaged.</exception>
    public static async Task<ImmutableArray<ClusterSelection>> ReadAsync(NpgsqlConnection connection, int federation, SelectionVersion from, int parameterCount, CancellationToken cancellationToken)
    {
        ImmutableArray<ClusterSelection>.Builder selections = ImmutableArray.CreateBuilder<ClusterSelection>();
        await using NpgsqlCommand select = connection.Prepare(
            "SELECT number, ranges, required_memory FROM ftte.cluster_selection WHERE federation = $1 AND number >= $2 ORDER BY number", federation, from.Number);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            selections.Add(new ClusterSelection(new SelectionVersion(reader.GetInt32(0)), Read(reader.GetFieldValue<byte[]>(1), parameterCount), reader.GetInt64(2)));
        }

        return selections.ToImmutable();
    }

    private static ParameterSelection Read(byte[] ranges, int parameterCount)
    {
        var reader = new StateReader(ranges);
        ParameterSelection selection = reader.Selection(parameterCount);
        reader.End();
        return selection;
    }
}
