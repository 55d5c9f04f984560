import { type Dialect, readForm } from './form.ts';
import { loadOperation } from './shapes.ts';
import { notRecorded, type Protocol, WireError } from './wire.ts';
import { element, escapeXml, membersXml } from './xml.ts';

const headers = { 'content-type': 'text/xml;charset=UTF-8' };

/** The query protocols: a form in, XML out. EC2 has its own names for nearly everything. */
export function query(dialect: Dialect): Protocol {
  return {
    async read({ service, body }) {
      if (service === undefined) throw new WireError(notRecorded, 'the request is not signed for a known service');
      const form = new URLSearchParams(body);
      const operation = await loadOperation(service, form.get('Action') ?? '');
      form.delete('Action');
      form.delete('Version');
      return { operation, input: readForm(operation.input, form, dialect) };
    },
    write({ name, output: shape }, output, requestId) {
      const members = membersXml(shape, output);
      const body =
        dialect === 'ec2'
          ? element('requestId', requestId) + members
          : element(`${name}Result`, members) + element('ResponseMetadata', element('RequestId', requestId));
      return { status: 200, headers, body: element(`${name}Response`, body) };
    },
    fail({ code, message, status }, requestId) {
      const error = element('Code', escapeXml(code)) + element('Message', escapeXml(message));
      const type = element('Type', status < 500 ? 'Sender' : 'Receiver');
      const body =
        dialect === 'ec2'
          ? element('Response', element('Errors', element('Error', error)) + element('RequestID', requestId))
          : element('ErrorResponse', element('Error', type + error) + element('RequestId', requestId));
      return { status, headers, body };
    },
  };
}
